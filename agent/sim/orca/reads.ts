/** Who has read which patient, and whether it has changed since. */
export interface Reads {
  read(client: string, patient: string): void
  /** The patient changed; the one who did it knows how it is now. */
  changed(client: string, patient: string): void
  /** Whether a write by this client would be one in the dark. */
  look(client: string, patient: string): 'blind-write' | 'stale-write' | undefined
  clear(): void
}

interface Known {
  version: number
  readonly readers: Map<string, number>
}

export const openReads = (): Reads => {
  const patients = new Map<string, Known>()
  const known = (patient: string): Known => {
    const found = patients.get(patient) ?? { version: 0, readers: new Map() }
    patients.set(patient, found)
    return found
  }
  return {
    read: (client, patient) => {
      const { version, readers } = known(patient)
      readers.set(client, version)
    },
    changed: (client, patient) => {
      const found = known(patient)
      found.version += 1
      found.readers.set(client, found.version)
    },
    look: (client, patient) => {
      const { version, readers } = known(patient)
      const seen = readers.get(client)
      if (seen === undefined) return 'blind-write'
      return seen < version ? 'stale-write' : undefined
    },
    clear: () => patients.clear(),
  }
}
