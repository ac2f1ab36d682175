import { RedisFileError } from '../errors.ts';
import { SLOTS } from './slot.ts';

type SlotRange = [first: number, last: number];

/** A node that owns slots. */
export interface ClusterNode {
  /** Forty hex digits. */
  id: string;
  /** `127.0.0.1:7000`, with a host name where the cluster knows it; may be empty. */
  address: string;
  /** Ascending as the text has them. */
  slots: SlotRange[];
}

/** A line of a node: id, address, flags, master, ping, pong, epoch, link state, slots. */
const NODE = /^([0-9a-f]{40}) (\S+) (\S+) (?:-|[0-9a-f]{40}) \d+ \d+ \d+ (?:dis)?connected((?: \S+)*)$/;

/**
 * Reads who owns which slots, from a `nodes.conf` or an answer to CLUSTER NODES (redis: src/cluster.c,
 * clusterGenNodesDescription). Nodes without slots are left out, replicas among them. Slots under way to another node
 * still belong to the one that they stand with.
 *
 * @throws RedisFileError `INVALID_ARGUMENT`, with the number of the line
 */
export function parseClusterNodes(text: string): ClusterNode[] {
  const nodes: ClusterNode[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim();
    // The last line of a nodes.conf holds counters.
    if (words === '' || words.startsWith('vars ')) continue;
    const [, id, address, flags, rest] = NODE.exec(words) ?? [];
    if (id === undefined || address === undefined || flags === undefined) {
      throw wrong(i, 'expected a node of a cluster: its id, address, flags, ..., slots', words);
    }
    if (!flags.split(',').includes('master')) continue;
    const slots = (rest ?? '').split(' ').flatMap((word) => readSlots(word, i));
    if (slots.length > 0) nodes.push({ id, address: address.replace(/@\d+/, ''), slots });
  }
  if (nodes.length === 0) {
    throw new RedisFileError('INVALID_ARGUMENT', 'expected a nodes.conf or CLUSTER NODES with a node that owns slots');
  }
  return nodes;
}

/** `0-5460`, `7000`, or in brackets a slot that is under way, which stands among the others too where it is owned. */
function readSlots(word: string, line: number): SlotRange[] {
  if (word === '' || word.startsWith('[')) return [];
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word) ?? [];
  const range: SlotRange = [Number(first), Number(last)];
  if (first === undefined || range[0] > range[1] || range[1] >= SLOTS) throw wrong(line, 'expected slots', word);
  return [range];
}

function wrong(line: number, what: string, found: string): RedisFileError {
  const shown = found.length > 60 ? `${found.slice(0, 60)}...` : found;
  return new RedisFileError('INVALID_ARGUMENT', `line ${line + 1}: ${what}, found ${JSON.stringify(shown)}`);
}

/** The slots of so many masters, as `redis-cli --cluster create` gives them out (redis: src/redis-cli.c). */
export function evenSlots(count: number): SlotRange[] {
  const each = SLOTS / count;
  let first = 0;
  return Array.from({ length: count }, (_, i) => {
    // As C rounds; sums never stand at exactly half but where both round alike.
    const last = i === count - 1 ? SLOTS - 1 : Math.max(first, Math.round(i * each + each - 1));
    const range: SlotRange = [first, last];
    first = last + 1;
    return range;
  });
}

/**
 * The owner of every slot, as an index into `parts`; -1 where none owns it.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` where two own the same
 */
export function slotOwners(parts: readonly { name: string; slots: readonly SlotRange[] }[]): Int16Array {
  const owners = new Int16Array(SLOTS).fill(-1);
  for (const [i, { name, slots }] of parts.entries()) {
    for (const [first, last] of slots) {
      for (let slot = first; slot <= last; slot++) {
        const other = owners[slot]!;
        if (other >= 0) {
          throw new RedisFileError(
            'INVALID_ARGUMENT',
            `slot ${slot} is in two parts, ${parts[other]!.name} and ${name}`,
          );
        }
        owners[slot] = i;
      }
    }
  }
  return owners;
}
