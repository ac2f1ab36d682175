import type { ExpectedDataset, ExpectedKey, ExpectedText } from './compare.ts';

export interface CorpusKey {
  db: number;
  key: string;
  type: string;
  encoding?: string;
  expiresAt?: number | bigint;
  // biome-ignore lint/suspicious/noExplicitAny: replies of a server
  value?: any;
  fieldExpiresAt?: [string, number][];
  // biome-ignore lint/suspicious/noExplicitAny: replies of a server
  info?: any[];
  dump?: string;
}
export interface Corpus {
  functions?: string[];
  keys: CorpusKey[];
}
export function textOrHash(text: string): ExpectedText;
export function expectedKey(from: CorpusKey, rdb: number): ExpectedKey;
export function expectedDataset(corpus: Corpus, source: string, header: string): ExpectedDataset;
