/** The same chunks; `see` is told of each when it is taken. Where it throws the source is closed. */
export function tap<T>(source: AsyncIterable<T>, see: (chunk: T) => void): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]();
      return {
        async next() {
          const result = await iterator.next();
          if (result.done) return result;
          try {
            see(result.value);
          } catch (error) {
            // To who reads on it looks like an error of the source, which has closed itself then.
            await iterator.return?.();
            throw error;
          }
          return result;
        },
        async return() {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
