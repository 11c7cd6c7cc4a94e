import { channelOf, deltaOf, type UiChunk } from '../../marks/chunk'
import { applyTool, type Fields, stepOf } from './apply-tool'
import { mergeMetadata } from './merge-metadata'

/** A message that is being changed. The list of parts is its own, but the parts are shared. */
export interface Draft {
  id: string
  metadata: unknown
  readonly parts: Fields[]
  /** Where the parts are that text is added to. */
  readonly open: Map<string, number>
}

/** Changes a message as version 7 of the AI SDK does. A chunk that fits nothing changes nothing. */
export function applyChunk(draft: Draft, chunk: UiChunk): void {
  const { type } = chunk
  const { parts, open } = draft
  const about = channelOf(chunk)
  if (type.startsWith('tool-')) applyTool(parts, chunk)
  else if (about) applyText(draft, chunk, about.kind, about.act)
  else if (type === 'start-step') parts.push({ type: 'step-start' })
  else if (type === 'reset-step') {
    parts.splice(stepOf(parts))
    open.clear()
  } else if (/^(start|finish|message-metadata)$/.test(type)) {
    draft.id = (chunk['messageId'] as string) ?? draft.id
    draft.metadata = mergeMetadata(draft.metadata, chunk['messageMetadata'] ?? draft.metadata)
  } else if (/^(source-|data-|((reasoning-)?file|custom|steering-message)$)/.test(type)) addPart(parts, chunk)
}

function applyText({ parts, open }: Draft, chunk: UiChunk, type: string, act: string): void {
  const { id, citations } = chunk
  const key = type + id
  const index = act === 'start' ? parts.length : open.get(key)
  if (index === undefined) return
  const part: Fields = parts[index] ?? { type, ...(type === 'reasoning' && { id }), text: '', state: 'streaming' }
  const { providerMetadata = part['providerMetadata'] } = chunk
  const text = `${part['text']}${deltaOf(chunk) ?? ''}`
  parts[index] = { ...part, text, providerMetadata, ...(act === 'end' && { state: 'done', citations }) }
  if (act === 'end') open.delete(key)
  else open.set(key, index)
}

/** A chunk that is a part as it is. Data with an id replaces what it had. */
function addPart(parts: Fields[], chunk: UiChunk): void {
  const { type, id, data, transient } = chunk
  if (transient) return
  const index = id === undefined ? -1 : parts.findIndex((part) => part['type'] === type && part['id'] === id)
  if (index < 0 || !type.startsWith('data-')) parts.push(chunk)
  else parts[index] = { ...parts[index], data }
}
