import type { Machine } from '../machine.ts'

/** What fails there says what the agent's journal had last: the machine is gone when somebody asks. */
export async function withJournal<T>(machine: Machine, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { stdout } = await machine.run(
      'journalctl --sync; journalctl -u onshi-agent -o short-precise -n 60 --no-pager',
    )
    throw new Error(`${String(error)}\n${stdout}`, { cause: error })
  }
}
