/** A command of a log, as its arguments. */
export interface AofCommand {
  kind: 'command';
  /** The database that is selected when it runs; for SELECT that is the one before. */
  db: number;
  /** Its name and its arguments. */
  argv: Uint8Array<ArrayBuffer>[];
}
