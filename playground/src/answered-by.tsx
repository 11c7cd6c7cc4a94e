import { useAbout } from './use-about'

/** Shows the source of the answers: the documentation, or a language model. */
export function AnsweredBy() {
  const about = useAbout()
  if (about === undefined) return null
  return (
    <p className="answered-by">
      {about.answeredBy === 'documentation' ? (
        'Answers come from this project’s own documentation.'
      ) : (
        <>
          Answers are written by <strong>{about.model}</strong> at {about.host}.
        </>
      )}
    </p>
  )
}
