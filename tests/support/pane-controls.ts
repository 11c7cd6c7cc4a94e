import type { PaneName, PlaygroundPage } from './playground-page'

export interface PaneControls {
  /** Presses one of the buttons that break this pane's network. */
  press(button: 'Cut' | 'Offline' | 'Slow' | 'Reload' | 'Stop'): Promise<void>
  /** The entries of the timeline, oldest first. */
  timeline(): Promise<string[]>
  /** Waits for a timeline entry that matches, and returns its text. */
  untilReported(words: RegExp): Promise<string>
}

/** The controls around a pane's content. */
export function controlsOf({ page }: PlaygroundPage, pane: PaneName): PaneControls {
  const region = page.getByRole('region', { name: pane, exact: true })
  const entries = region.getByRole('list', { name: 'What happened' }).locator('li > span:last-child')

  async function timeline() {
    const details = region.locator('details.timeline')
    if (!(await details.evaluate((element: HTMLDetailsElement) => element.open))) {
      await details.locator('summary').click()
      await region.getByRole('list', { name: 'What happened' }).waitFor()
    }
    return (await entries.allTextContents()).reverse()
  }

  return {
    press: (button) => region.getByRole('button', { name: button, exact: true }).click(),
    timeline,
    async untilReported(words) {
      await timeline()
      const entry = entries.filter({ hasText: words }).first()
      await entry.waitFor({ timeout: 30_000 })
      return (await entry.textContent()) ?? ''
    },
  }
}
