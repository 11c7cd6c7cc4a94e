import { type Framework, frameworkNames, frameworks } from './panes/frameworks'

export interface FrameworkChooserProps {
  /** The name of the pane. */
  readonly pane: string
  readonly chosen: Framework
  readonly onChoose: (framework: Framework) => void
}

/** Shows and changes the framework of a pane. It uses native radio buttons, so that arrow keys work. */
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
