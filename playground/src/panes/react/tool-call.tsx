import { type CallPart, describeCall } from '../shared/parts/describe-call'

export interface ToolCallProps {
  readonly part: CallPart
  readonly isGrowing: boolean
}

/** A tool call: its name, state, query and result. */
export function ToolCall({ part, isGrowing }: ToolCallProps) {
  const { name, state, word, query, hits, error } = describeCall(part, isGrowing)
  return (
    <fieldset className="call" data-state={state} aria-label={`Tool call: ${name}`} aria-busy={state === 'running'}>
      <p className="call-head">
        <code>{name}</code>
        <span className="call-state" role="status">
          {word}
        </span>
      </p>
      {query !== undefined && <p className="call-query">{query}</p>}
      {hits !== undefined && hits.length === 0 && <p className="call-nothing">Nothing was found.</p>}
      {hits !== undefined && hits.length > 0 && (
        <ul className="call-hits" aria-label="Found">
          {hits.map(({ heading, file, url }) => (
            <li key={url}>
              <a href={url} target="_blank" rel="noopener">
                {heading}
              </a>
              <span>{file}</span>
            </li>
          ))}
        </ul>
      )}
      {error !== undefined && (
        <p className="note" data-error="">
          {error}
        </p>
      )}
    </fieldset>
  )
}
