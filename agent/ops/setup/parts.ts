/** What setup takes from other parts; each has one function that it needs, and a stand-in in tests. */

/** Where secrets are kept, and what the configuration writes for one. */
export interface Credentials {
  /** Keeps it, readable for the agent alone. Throws `CREDENTIAL_UNWRITABLE`, `CREDENTIAL_UNSEALABLE`. */
  put(name: string, bytes: Uint8Array): void
  /** Whether there is one. */
  has(name: string): boolean
  read(name: string): Uint8Array
  /** `credential:NAME` under systemd, else the name of the file. */
  reference(name: string): string
  /** Each one as it is wished now; gives what keeps them. */
  settle(): 'none' | 'host' | 'tpm2'
  /** Work in the environment in which a configuration finds them. */
  opened<T>(work: (env: Readonly<Record<string, string | undefined>>) => Promise<T>): Promise<T>
}

/** The service, or a process of our own where there is no systemd. */
export interface Service {
  /** Starts it with the present configuration, anew where it runs; resolves when it answers. */
  start(): Promise<void>
  /** Starts it only where none answers. */
  ensure(): Promise<void>
  /** Whether the agent that answers is one that ends with setup. */
  readonly isForNow: boolean
  /** Ends what was started for now only. */
  close(): Promise<void>
}

/** The account of a share and where it is mounted. */
export interface ShareSettings {
  /** `//HOST/NAME`. */
  readonly share: string
  readonly version: string
  readonly user: string
  readonly domain: string | null
  readonly password: string
}

/** Runs a program to its end; null: it was not there, or did not end in time. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  limitMs?: number,
) => Promise<{ readonly code: number; readonly output: string } | null>
