const shownMs = 2_000

/** Copies the full URL of a path. Shows the result, and after a while the default label again. */
export async function copyAddress(path: string, show: (word: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(new URL(path, location.href).href)
    show('Copied')
  } catch {
    // Without a secure context there is no clipboard. The user can still copy the link by hand.
    show('Copy it from the address bar')
  }
  setTimeout(() => show(copyWord), shownMs)
}

export const copyWord = 'Copy link'
