/** Data for the stores of several processes, empty. */
export interface ProcessData {
  /** What `STORE` names it by. */
  readonly address: string
  /** Removes it, when the processes are gone. */
  close(): Promise<void>
}
