import { fileURLToPath } from 'node:url'
import { endpointNotice } from './endpoint/read-endpoint'
import { localUrls } from './local-urls'
import { onParentGone } from './on-parent-gone'
import { readSettings } from './settings'
import { startPlayground } from './start-playground'

/** Signals within this time count as one, in milliseconds. */
const repeatMs = 250

try {
  const settings = readSettings(process.env)
  const notice = endpointNotice(process.env)
  if (notice !== undefined) console.log(`  ${notice}`)
  const playground = await startPlayground({
    ...settings,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    pageDir: fileURLToPath(new URL('./page', import.meta.url)),
    onProgress: (step) => console.log(`  ${step}`),
    onError: (error) => console.error(error),
  })

  let closingSince: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now()
    if (closingSince !== undefined) {
      // One Ctrl-C arrives several times: from the terminal, and from each npm process above.
      if (now - closingSince > repeatMs) process.exit(signal === 'SIGINT' ? 130 : 143)
      return
    }
    closingSince = now
    console.log('\n  Closing: running answers may finish. Once more to stop at once.')
    playground.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  onParentGone(() => onSignal('SIGTERM'), { env: process.env })

  const [local, ...network] = localUrls(playground.port, settings.host)
  console.log(`\n  Keepstream playground: ${local}`)
  for (const url of network) console.log(`  From another device:   ${url}`)
  if (settings.host === '127.0.0.1') console.log('  This machine alone. To share it: HOST=0.0.0.0 npm start')
  else console.log('  Everyone who can reach it can read all conversations and ask questions.')
  console.log()
} catch (error) {
  console.error(error instanceof Error ? `\n  ${error.message}\n` : error)
  process.exit(1)
}
