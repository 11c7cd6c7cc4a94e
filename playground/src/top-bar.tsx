import type { ReactNode } from 'react'

export interface TopBarProps {
  readonly children?: ReactNode
}

/** The name of the page, and the controls beside it. */
export function TopBar({ children }: TopBarProps) {
  return (
    <header className="top-bar">
      <a className="brand" href="/">
        <img src="/favicon.svg" alt="" width="26" height="26" />
        <h1>
          Keepstream <span>playground</span>
        </h1>
      </a>
      {children}
    </header>
  )
}
