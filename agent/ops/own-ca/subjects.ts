/** What a certificate is for. Names in lower case, addresses as they are written in a URL. */
export interface Subjects {
  readonly names: readonly string[]
  readonly addresses: readonly string[]
}
