import { hydrate } from 'solid-js/web'
import { startPage } from '../start-page'
import { Page } from './page'

startPage((props) => {
  hydrate(() => <Page {...props} />, document.querySelector('#page') as Element)
})
