import type { Sealing } from './sealing.ts'

export interface Credential {
  /** As in `credential:NAME` of the configuration. */
  readonly name: string
  readonly sealing: Sealing
}

/** Where onshi-agent-credentials.service puts what the TPM, or in its place the machine’s key, opened. */
export const OPENED = '/run/onshi-agent-credentials'
/** What opened each of them, for the agent to tell. */
export const REPORT = 'credentials.report'

/** Endings of the files in the folder. Beside each one sealed to the TPM lies one sealed to the machine. */
export const ENDINGS = { host: '.cred', tpm2: '.tpm' } as const

/** The drop-in of the unit for the credentials in `folder`. Pure. */
export function dropInOf(credentials: readonly Credential[], folder: string): string {
  const sorted = [...credentials].sort((one, other) => (one.name < other.name ? -1 : 1))
  const needsTpm = sorted.some(({ sealing }) => sealing === 'tpm2')
  return [
    '# Written by onshi-agent for the files of its credentials folder; changes here are lost.',
    // Not Requires=: where it fails, the agent still says which credential is missing.
    ...(needsTpm
      ? ['[Unit]', 'Wants=onshi-agent-credentials.service', 'After=onshi-agent-credentials.service']
      : []),
    '[Service]',
    ...sorted.map((one) => lineOf(one, folder)),
    ...(needsTpm ? [`LoadCredential=${REPORT}:${OPENED}/report`] : []),
    '',
  ].join('\n')
}

function lineOf({ name, sealing }: Credential, folder: string): string {
  switch (sealing) {
    case 'none':
      return `LoadCredential=${name}:${folder}/${name}`
    case 'host':
      return `LoadCredentialEncrypted=${name}:${folder}/${name}${ENDINGS.host}`
    case 'tpm2':
      // systemd refuses the start where it cannot decrypt; this file is there either way.
      return `LoadCredential=${name}:${OPENED}/${name}`
  }
}

/** Names of the credentials that the TPM did not open, in the report of the unit that opens them. */
export const fallbacksIn = (report: string): string[] =>
  report.split('\n').flatMap((line) => {
    const [by, name = ''] = line.split(' ')
    return by === 'host' ? [name] : []
  })
