/**
 * A table in Markdown that can be read as it is: columns of even width, those with figures to the right.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows a cell for each column
 */
export function table(head, rows) {
  const columns = head.map((title, i) => {
    const cells = rows.map((row) => row[i] ?? '');
    return {
      width: Math.max(...[title, ...cells].map(({ length }) => length)),
      figures: cells.some((cell) => /^\d/.test(cell)),
    };
  });
  const line = (/** @type {readonly string[]} */ cells) => {
    const padded = columns.map(({ width, figures }, i) =>
      figures ? (cells[i] ?? '').padStart(width) : (cells[i] ?? '').padEnd(width),
    );
    return `| ${padded.join(' | ')} |`;
  };
  const rules = columns.map(({ width, figures }) => `${'-'.repeat(width + 1)}${figures ? ':' : '-'}`);
  return [line(head), `|${rules.join('|')}|`, ...rows.map(line)].join('\n');
}
