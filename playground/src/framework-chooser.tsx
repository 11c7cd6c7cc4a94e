import { type Framework, frameworkNames, frameworks } from './panes/frameworks'

export interface FrameworkChooserProps {
  /** Whose pane it is, in words. */
  readonly pane: string
  readonly chosen: Framework
  readonly onChoose: (framework: Framework) => void
}

/** Says who renders a pane, and lets another one do it. Native radio buttons, so that arrow keys move the choice. */
export function FrameworkChooser({ pane, chosen, onChoose }: FrameworkChooserProps) {
  return (
    <fieldset className="frameworks" aria-label={`${pane}: rendered by`}>
      {frameworks.map((framework) => (
        <label key={framework} data-chosen={framework === chosen || undefined}>
          <input
            type="radio"
            className="visually-hidden"
            name={`${pane} framework`}
            checked={framework === chosen}
            onChange={() => onChoose(framework)}
          />
          {frameworkNames[framework]}
        </label>
      ))}
    </fieldset>
  )
}
