import { hydrateRoot } from 'react-dom/client'
import { startPage } from '../start-page'
import { createPage } from './page'

startPage((props) => {
  hydrateRoot(document.querySelector('#page') as Element, createPage(props))
})
