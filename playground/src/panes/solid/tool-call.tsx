/** @jsxImportSource solid-js */
import { createMemo, For, Show } from 'solid-js'
import { type CallPart, describeCall } from '../shared/parts/describe-call'

export interface ToolCallProps {
  readonly part: CallPart
  readonly isGrowing: boolean
}

/** A tool call: its name, state, query and result. */
export function ToolCall(props: ToolCallProps) {
  const call = createMemo(() => describeCall(props.part, props.isGrowing))
  return (
    <fieldset
      class="call"
      data-state={call().state}
      aria-label={`Tool call: ${call().name}`}
      aria-busy={call().state === 'running'}
    >
      <p class="call-head">
        <code>{call().name}</code>
        <span class="call-state" role="status">
          {call().word}
        </span>
      </p>
      <Show when={call().query !== undefined}>
        <p class="call-query">{call().query}</p>
      </Show>
      <Show when={call().hits?.length === 0}>
        <p class="call-nothing">Nothing was found.</p>
      </Show>
      <Show when={call().hits?.length}>
        <ul class="call-hits" aria-label="Found">
          <For each={call().hits}>
            {({ heading, file, url }) => (
              <li>
                <a href={url} target="_blank" rel="noopener">
                  {heading}
                </a>
                <span>{file}</span>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={call().error}>
        <p class="note" data-error="">
          {call().error}
        </p>
      </Show>
    </fieldset>
  )
}
