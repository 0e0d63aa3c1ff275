/** Announced works on the gateway or on one line. Times are epoch ms. */
export interface MaintenanceWindow {
  readonly from: number
  readonly to: number
  /** Japanese, as it was announced. */
  readonly title: string
  /** Null: of the gateway. */
  readonly line: string | null
}
