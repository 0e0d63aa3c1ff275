/** What the kernel says of USB, network and disks: only what fits a form, and of that the listed parts. */
const FORMS: readonly RegExp[] = [
  /\b(usb \d{1,2}-[\d.]{1,12}: new [a-z+-]{2,20}-speed [A-Za-z0-9.+ ]{0,20}USB device number \d{1,3} using [a-z_-]{1,16})/,
  /\b(usb \d{1,2}-[\d.]{1,12}: New USB device found, idVendor=[0-9a-f]{4}, idProduct=[0-9a-f]{4}, bcdDevice= ?[0-9a-f. ]{1,6})/,
  /\b(usb \d{1,2}-[\d.]{1,12}: USB disconnect, device number \d{1,3})/,
  /\b(usb \d{1,2}-[\d.]{1,12}: device (?:descriptor read\/\w{2,8}|not accepting address \d{1,3}), error -?\d{1,4})/,
  /\b(usb \d{1,2}-[\d.]{1,12}: reset [a-z-]{2,12}-speed USB device number \d{1,3})/,
  /\b((?:ftdi_sio|cp210x|pl2303|ch341|cdc_acm) \d{1,2}-[\d.:]{1,14}: )/,
  /\b((?:e1000e?|igb|r8169|tg3|bnxt_en|virtio_net)\b[^:]{0,20}: (?:[a-z0-9]{2,12}: )?(?:NIC )?Link is (?:Up|Down))/i,
  /\b([a-z][a-z0-9]{1,11}: [Ll]ink (?:becomes ready|is [Uu]p|is [Dd]own))/,
  /\b(EXT4-fs (?:error|warning) \(device [a-z0-9]{1,12}\))/,
  /\b(EXT4-fs \([a-z0-9]{1,12}\): (?:mounted filesystem|re-mounted|Remounting filesystem read-only|recovery complete))/,
  /\b((?:blk_update_request: )?(?:I\/O|critical medium|critical target) error, dev [a-z0-9]{1,12}, sector \d{1,15})/,
  /\b(Buffer I\/O error on dev(?:ice)? [a-z0-9]{1,12})/,
  /\b(ata\d{1,2}(?:\.\d{2})?: (?:failed command|status|error|hard resetting link|SATA link (?:up|down)))/,
  /\b(nvme nvme\d{1,2}: (?:I\/O \d{1,5} QID \d{1,3} timeout|controller is down))/,
  /\b(Out of memory: Killed process \d{1,7})/,
  /\b(oom-kill:constraint=[A-Z_]{1,30})/,
]

/** Pure. Lines of `dmesg` or `journalctl -k -o short-monotonic`, with their time where they have one. */
export const kernelLines = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    const [time = ''] = /^\[ *\d{1,9}\.\d{1,6}\]/.exec(line) ?? []
    for (const form of FORMS) {
      const said = form.exec(line)?.[1]
      if (said !== undefined) return [`${time} ${said}`.trim()]
    }
    return []
  })
