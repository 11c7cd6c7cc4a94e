import { MarkdownAnswer, PlainAnswer, rehypePlugins, remarkPlugins } from 'virtual:examples/solid'
import { StreamProvider, useStream } from '@keepstream/solid'
import { render } from 'solid-js/web'
import { SolidMarkdown } from 'solid-markdown'
import { startPage } from '../start-page'

function WholeMarkdown(props: { id: string }) {
  const reply = useStream(() => props.id)
  return (
    <SolidMarkdown
      renderingStrategy="reconcile"
      remarkPlugins={remarkPlugins}
      rehypePlugins={rehypePlugins}
      children={reply.text}
    />
  )
}

function OneNode(props: { id: string }) {
  const reply = useStream(() => props.id)
  return <div style={{ 'white-space': 'pre-wrap' }}>{reply.text}</div>
}

const views = { blocks: MarkdownAnswer, whole: WholeMarkdown, pieces: PlainAnswer, 'one-node': OneNode }

startPage((name, target, client) => {
  const View = views[name]
  return render(
    () => (
      <StreamProvider client={client}>
        <View id="a" />
      </StreamProvider>
    ),
    target,
  )
})
