/** In what the chips of this family differ, as far as it matters here. */
export interface Dialect {
  /** For people. */
  readonly title: string
  /** Written first, to a chip that may sleep. */
  readonly wakeUp: Uint8Array
  /** Parameters of SAMConfiguration; null where there is no such command. */
  readonly samConfiguration: readonly number[] | null
  /** Parameters of the RFConfiguration commands that prepare it. */
  readonly rfConfigurations: readonly (readonly number[])[]
  /** Targets that one polling can list. */
  readonly targets: 1 | 2
  /**
   * How a card that stands is looked at between dialogues without changing anything in it. The
   * chip's own test sends an empty block, which the card's applets never see. Where it is not known
   * to exist, GET RESPONSE is sent: with no response pending it selects nothing and ends no PIN
   * session, and any status word is a sign of life.
   */
  readonly look: 'attention-request' | 'get-response'
}

export const dialects = {
  /** [NXP UM0701-02; libnfc, drivers/pn532_uart.c] */
  pn532: {
    title: 'PN532',
    wakeUp: Uint8Array.of(0x55, 0x55, ...new Uint8Array(14)),
    // Normal mode: no SAM.
    samConfiguration: [0x01, 0x00, 0x00],
    // Item 5, retries: three pollings each, as 'for ever' is the default.
    rfConfigurations: [[0x05, 0xff, 0x01, 0x02]],
    targets: 2,
    look: 'attention-request',
  },
  /** [Sony, RC-S620/S sample for Arduino, 2010; nfcpy, clf/rcs956.py: one target at a time] */
  rcs620s: {
    title: 'RC-S620/S',
    wakeUp: new Uint8Array(),
    samConfiguration: null,
    rfConfigurations: [
      [0x02, 0x00, 0x00, 0x00],
      [0x05, 0x00, 0x00, 0x00],
      [0x81, 0xb7],
    ],
    targets: 1,
    look: 'get-response',
  },
} as const satisfies Readonly<Record<string, Dialect>>
