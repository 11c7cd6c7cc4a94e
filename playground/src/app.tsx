import { FollowerView } from './follower-view'
import { Playground } from './playground'
import { useRoute } from './route/use-route'

/** The whole page. Its shell is React. The chosen framework renders the content of a pane. */
export function App() {
  const [route, navigation] = useRoute()
  return route.isLone ? (
    <FollowerView route={route} navigation={navigation} />
  ) : (
    <Playground route={route} navigation={navigation} />
  )
}
