const shownMs = 2_000

/** Copies the whole address of a path, and calls back with the word for its outcome, and after a while for the next time. */
export async function copyAddress(path: string, show: (word: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(new URL(path, location.href).href)
    show('Copied')
  } catch {
    // Without a secure context there is no clipboard; the link itself can still be copied by hand.
    show('Copy it from the address bar')
  }
  setTimeout(() => show(copyWord), shownMs)
}

export const copyWord = 'Copy link'
