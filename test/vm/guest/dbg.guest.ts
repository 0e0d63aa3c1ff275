import { test } from 'node:test'
import { execFileSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { ccidBench } from './ccid-bench.ts'
import { myNumberCard } from '../../drivers/cards.ts'
test('dbg', async () => {
  const b = await ccidBench.open()
  void (async () => { try { for await (const e of b.reader.events()) process.stdout.write(`${Math.round(performance.now())} ${JSON.stringify(e).slice(0,100)}\n`) } catch (e) { process.stdout.write(String(e)) } })()
  await wait(3000)
  await b.put(myNumberCard())
  await wait(3000)
  const mark = (m: string) => execFileSync('sh', ['-c', `echo "#### ${m}" >> /tmp/pcscd.log; ls /sys/bus/usb/devices | grep -c 1-2`])
  process.stdout.write(`outage\n`)
  mark('outage')
  await b.outage()
  await wait(6000)
  mark('cure')
  process.stdout.write(`cure\n`)
  await b.cure()
  await wait(8000)
  process.stdout.write(execFileSync('sh', ['-c', 'sed -n "/####/,\$p" /tmp/pcscd.log | head -150; dmesg | tail -5'], { encoding: 'utf8' }))
  await b.close()
})
