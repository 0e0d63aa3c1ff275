import { execFileSync } from 'node:child_process'
import { AgentError, codeOf } from '../../kernel/errors.ts'

/** What a credential is sealed by on its disk: nothing but its mode, a key of this machine, or the TPM. */
export type Sealing = 'none' | 'host' | 'tpm2'

/** A TPM behind a slow bus takes seconds. */
const LIMIT_MS = 30_000

/** Seals and opens credentials; the secret is never an argument of a command. */
export interface Sealer {
  /** Throws `CREDENTIAL_UNSEALABLE`. */
  seal(name: string, secret: Uint8Array, by: 'host' | 'tpm2'): Buffer
  /** Throws `CREDENTIAL_UNSEALABLE`. */
  open(name: string, sealed: Uint8Array): Buffer
}

/**
 * systemd’s own tool, which makes the machine’s key (/var/lib/systemd/credential.secret) where there is
 * none. To the TPM alone, not to what it has measured: an update of firmware or boot loader would
 * otherwise take the secret away. PCR 16 is nobody’s and always zero; with none at all, systemd 252 seals
 * what it cannot open again. [systemd-creds(1)]
 */
export const systemdCreds: Sealer = {
  seal: (name, secret, by) =>
    run(['encrypt', `--name=${name}`, `--with-key=${by}`, '--tpm2-pcrs=16', '-', '-'], secret),
  open: (name, sealed) => run(['decrypt', `--name=${name}`, '-', '-'], sealed),
}

function run(args: readonly string[], input: Uint8Array): Buffer {
  try {
    return execFileSync('systemd-creds', args, {
      input,
      timeout: LIMIT_MS,
      // What it says may name devices and paths; it never holds the secret.
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  } catch (cause) {
    const why =
      codeOf(cause) === 'ENOENT' ? 'there is no systemd-creds' : `it failed: ${said(cause)}`
    throw new AgentError('CREDENTIAL_UNSEALABLE', `systemd-creds ${args[0]}: ${why}`, { cause })
  }
}

const said = (cause: unknown) =>
  cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim().slice(-300) : ''
