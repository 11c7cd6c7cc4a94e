import { createSSRApp } from 'vue'
import { startPage } from '../start-page'
import Page from './page.vue'

startPage((props) => {
  createSSRApp(Page, { ...props }).mount('#page')
})
