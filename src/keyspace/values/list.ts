import type { RdbHandler, ScanFrame } from '../../rdb/index.ts';
import { type Heap, sameBytes } from '../memory/index.ts';
import { LIST, type Value } from '../types.ts';
import { ListNode } from './list-node.ts';

/** RDB type of a list of strings. */
const TYPE_ID = 1;

/** A list: nodes of up to 4 KB. Both ends are cheap to change, what lies between costs a walk over nodes, and one node. */
export class ListValue implements Value {
  readonly type: number = LIST;
  length = 0;
  readonly #heap: Heap;
  /** None of them is empty. */
  #nodes: ListNode[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Adds an element, which must not lie in the heap, to one end. */
  push(head: boolean, bytes: Uint8Array, start: number, end: number): void {
    const nodes = this.#nodes;
    let node = head ? nodes[0] : nodes[nodes.length - 1];
    if (node === undefined || !node.takes(end - start)) {
      node = new ListNode(this.#heap);
      if (head) nodes.unshift(node);
      else nodes.push(node);
    }
    if (head) node.pushHead(bytes, start, end);
    else node.pushTail(bytes, start, end);
    this.length++;
  }

  /** A copy of the element at one end of a list that has one. */
  peek(head: boolean): Uint8Array {
    const node = head ? this.#nodes[0]! : this.#nodes[this.#nodes.length - 1]!;
    node.look(head);
    return node.bytes.slice(node.from, node.to);
  }

  /** Takes up to so many elements away from one end. */
  drop(head: boolean, count: number): void {
    let left = Math.min(count, this.length);
    this.length -= left;
    const nodes = this.#nodes;
    let gone = 0;
    while (left > 0) {
      const node = head ? nodes[gone]! : nodes[nodes.length - 1 - gone]!;
      if (node.count <= left) {
        left -= node.count;
        node.free();
        gone++;
      } else {
        node.drop(head);
        left--;
      }
    }
    if (gone === 0) return;
    if (head) nodes.splice(0, gone);
    else nodes.length -= gone;
  }

  /** Puts other elements in the place of a node, as one node or several. */
  #replace(index: number, elements: readonly Uint8Array[]): void {
    const old = this.#nodes[index]!;
    this.length += elements.length - old.count;
    old.free();
    const made: ListNode[] = [];
    let node: ListNode | undefined;
    for (const element of elements) {
      if (node === undefined || !node.takes(element.length)) {
        node = new ListNode(this.#heap);
        made.push(node);
      }
      node.pushTail(element, 0, element.length);
    }
    this.#nodes.splice(index, 1, ...made);
  }

  /** Replaces the element at an index from 0 on, which must be there. */
  set(index: number, element: Uint8Array): void {
    let at = 0;
    let left = index;
    while (left >= this.#nodes[at]!.count) left -= this.#nodes[at++]!.count;
    const elements = this.#nodes[at]!.elements();
    elements[left] = element;
    this.#replace(at, elements);
  }

  /** Inserts an element beside the first one that is like another. @returns whether there is one */
  insert(before: boolean, pivot: Uint8Array, element: Uint8Array): boolean {
    for (const [at, node] of this.#nodes.entries()) {
      let index = 0;
      const missing = node.every((bytes, start, end) => {
        if (isLike(pivot, bytes, start, end)) return false;
        index++;
        return true;
      });
      if (missing) continue;
      const elements = node.elements();
      elements.splice(before ? index : index + 1, 0, element);
      this.#replace(at, elements);
      return true;
    }
    return false;
  }

  /** Removes elements that are like another: the first `count`, of a negative count the last ones, of 0 all. */
  remove(count: number, element: Uint8Array): void {
    let left = count === 0 ? Number.POSITIVE_INFINITY : Math.abs(count);
    const nodes = this.#nodes;
    for (let i = 0; i < nodes.length && left > 0; ) {
      const at = count < 0 ? nodes.length - 1 - i : i;
      const node = nodes[at]!;
      if (node.every((bytes, start, end) => !isLike(element, bytes, start, end))) {
        i++;
        continue;
      }
      const elements = node.elements();
      if (count < 0) elements.reverse();
      const kept = elements.filter((one) => left === 0 || !isLike(element, one, 0, one.length) || left-- === 0);
      if (count < 0) kept.reverse();
      const before = nodes.length;
      this.#replace(at, kept);
      // One that is empty is gone; else the next one follows.
      i += 1 + nodes.length - before;
    }
  }

  /** Calls `each` with all elements in their order; they lie in the heap. */
  forEach(each: (bytes: Uint8Array, start: number, end: number) => void): void {
    for (const node of this.#nodes) {
      node.every((bytes, start, end) => {
        each(bytes, start, end);
        return true;
      });
    }
  }

  clone(): Value {
    const copy = new ListValue(this.#heap);
    copy.length = this.length;
    copy.#nodes = this.#nodes.map((node) => node.clone());
    return copy;
  }

  free(): void {
    for (const node of this.#nodes) node.free();
    this.#nodes = [];
    this.length = 0;
  }

  describe(frame: ScanFrame): void {
    frame.type = 'list';
    frame.encoding = 'linkedlist';
    frame.typeId = TYPE_ID;
  }

  *show(handler: RdbHandler): Generator<void> {
    handler.count(this.length);
    let shown = 0;
    for (const node of this.#nodes) {
      node.every((bytes, start, end) => {
        handler.bytes(bytes, start, end);
        return true;
      });
      if (++shown % NODES === 0) yield;
    }
  }
}

/** Nodes that are shown before what was made of them may leave. */
const NODES = 16;

function isLike(element: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  return element.length === end - start && sameBytes(element, 0, bytes, start, element.length);
}
