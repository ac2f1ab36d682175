import type { RdbHandler, ScanFrame } from '../../rdb/index.ts';
import type { Heap } from '../memory/index.ts';
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

  stow(row: Int32Array, at: number): boolean {
    if (this.#nodes.length !== 1) return false;
    this.#nodes[0]!.stow(row, at);
    return true;
  }

  fetch(row: Int32Array, at: number): void {
    const node = this.#nodes[0] ?? new ListNode(this.#heap);
    node.fetch(row, at);
    this.#nodes[0] = node;
    this.length = node.count;
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

  /** Replaces the element at an index from 0 on, which must be there. */
  set(index: number, element: Uint8Array): void {
    const nodes = this.#nodes;
    let at = 0;
    let left = index;
    while (left >= nodes[at]!.count) left -= nodes[at++]!.count;
    const node = nodes[at]!;
    const place = node.placeOf(left);
    if (node.overwrite(place, element)) return;
    this.length--;
    this.#insert(at, node.cut(place), element);
  }

  /** Puts an element at a place in a node. One that is full is divided there. */
  #insert(at: number, place: number, element: Uint8Array): void {
    const nodes = this.#nodes;
    const node = nodes[at]!;
    const { length } = element;
    this.length++;
    if (node.takes(length)) {
      node.insert(place, element);
      return;
    }
    const atBegin = place === node.begin;
    if (!atBegin && place < node.end) nodes.splice(at + 1, 0, node.split(place));
    const before = atBegin ? nodes[at - 1] : node;
    const after = atBegin ? node : nodes[at + 1];
    if (before?.takes(length)) before.pushTail(element, 0, length);
    else if (after?.takes(length)) after.pushHead(element, 0, length);
    else {
      const made = new ListNode(this.#heap);
      made.pushTail(element, 0, length);
      nodes.splice(atBegin ? at : at + 1, 0, made);
    }
  }

  /** Inserts an element beside the first one that is like another. @returns whether there is one */
  insert(before: boolean, pivot: Uint8Array, element: Uint8Array): boolean {
    for (const [at, node] of this.#nodes.entries()) {
      const place = node.find(pivot, node.begin, true);
      if (place < 0) continue;
      this.#insert(at, before ? place : node.after(place), element);
      return true;
    }
    return false;
  }

  /** Removes elements that are like another: the first `count`, of a negative count the last ones, of 0 all. */
  remove(count: number, element: Uint8Array): void {
    const forward = count >= 0;
    const nodes = this.#nodes;
    const before = this.length;
    const most = count === 0 ? before : Math.min(before, Math.abs(count));
    let lowest = nodes.length;
    let highest = 0;
    for (let i = 0; i < nodes.length && before - this.length < most; i++) {
      const at = forward ? i : nodes.length - 1 - i;
      const node = nodes[at]!;
      let place = node.find(element, forward ? node.begin : node.end, forward);
      if (place < 0) continue;
      lowest = Math.min(lowest, at);
      highest = Math.max(highest, at);
      while (place >= 0) {
        const between = node.cut(place);
        this.length--;
        if (before - this.length === most) break;
        place = node.find(element, between, forward);
      }
    }
    if (this.length < before) this.#tidy(Math.max(lowest - 1, 0), Math.min(highest + 2, nodes.length));
  }

  /** Nodes that are empty go, and small neighbours become one, from one node up to, and without, another. */
  #tidy(from: number, to: number): void {
    const nodes = this.#nodes;
    let kept = from;
    for (let i = from; i < to; i++) {
      const node = nodes[i]!;
      if (node.count === 0 || (kept > from && nodes[kept - 1]!.merge(node))) continue;
      nodes[kept++] = node;
    }
    nodes.splice(kept, to - kept);
  }

  /** Calls `each` with all elements in their order; they lie in the heap. */
  forEach(each: (bytes: Uint8Array, start: number, end: number) => void): void {
    for (const node of this.#nodes) node.forEach(each);
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
      node.forEach((bytes, start, end) => {
        handler.bytes(bytes, start, end);
      });
      if (++shown % NODES === 0) yield;
    }
  }
}

/** Nodes that are shown before what was made of them may leave. */
const NODES = 16;
