import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import './styles/base.css'
import './styles/layout.css'
import './styles/faults.css'
import './styles/timeline.css'
import './styles/menu.css'
import './styles/conversation.css'
import './styles/parts.css'
import './styles/markdown.css'
import { App } from './app'

const root = document.getElementById('root')
if (root === null) throw new Error('The playground’s page has no #root to render into.')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
