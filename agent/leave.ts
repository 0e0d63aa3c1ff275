/**
 * Ends this process at once, with status 0, though one of its threads hangs in a system call: Node
 * would wait for it, and another program in its place does not.
 */
export function leaveAtOnce(): void {
  process.execve?.('/bin/true', ['true'], {})
}
