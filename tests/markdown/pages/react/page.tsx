import { MarkdownAnswer, PlainAnswer, rehypePlugins, remarkPlugins } from 'virtual:examples/react'
import { StreamProvider, useStream } from '@keepstream/react'
import { createRoot } from 'react-dom/client'
import Markdown from 'react-markdown'
import { startPage } from '../start-page'

function WholeMarkdown({ id }: { id: string }) {
  const { text } = useStream(id)
  return (
    <Markdown remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins}>
      {text}
    </Markdown>
  )
}

function OneNode({ id }: { id: string }) {
  return <div style={{ whiteSpace: 'pre-wrap' }}>{useStream(id).text}</div>
}

const views = { blocks: MarkdownAnswer, whole: WholeMarkdown, pieces: PlainAnswer, 'one-node': OneNode }

startPage((name, target, client) => {
  const View = views[name]
  const root = createRoot(target)
  root.render(
    <StreamProvider client={client}>
      <View id="a" />
    </StreamProvider>,
  )
  return () => root.unmount()
})
