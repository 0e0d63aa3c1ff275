import { html, type TemplateResult } from 'lit-html'

/** Offers to save a file; it goes nowhere else. */
export function saveFile(name: string, file: Blob): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Safari reads the file after the click has ended.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** A file with its heads alone, for people to fill in; Excel knows its characters by the mark. */
export const templateFile = (heads: readonly string[]): Blob =>
  new Blob([`\ufeff${heads.map((head) => `"${head}"`).join(',')}\r\n`], { type: 'text/csv' })

/** Where a CSV file is dropped or chosen. */
export function fileDrop(
  label: string,
  isBusy: boolean,
  take: (file: File) => void,
): TemplateResult {
  const takeFirst = (files: FileList | null | undefined) => {
    const file = files?.[0]
    if (file !== undefined && !isBusy) take(file)
  }
  return html`<label class="drop">
    <span>${label}</span>
    <span class="hint">ここにファイルを置くか、押して選びます（CSV。Excel で保存したままで読めます）</span>
    <input type="file" accept=".csv,text/csv" ?disabled=${isBusy}
      @change=${({ target }: Event) => {
        if (!(target instanceof HTMLInputElement)) return
        takeFirst(target.files)
        // So that the same file, corrected, is a change again.
        target.value = ''
      }}></label>`
}

/** For what is around a `fileDrop`: a file that misses it must not replace the page. */
export const droppable = (take: (file: File) => void) => ({
  over: (event: DragEvent) => event.preventDefault(),
  drop(event: DragEvent) {
    event.preventDefault()
    const file = event.dataTransfer?.files[0]
    if (file !== undefined) take(file)
  },
})
