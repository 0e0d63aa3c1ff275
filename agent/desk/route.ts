/** Where in the page one is, `#/today/ID`: a view’s name and what stands behind it. */
export interface Route {
  readonly name: string
  readonly argument: string
}

export function routeNow(): Route {
  const [, name = '', ...rest] = location.hash.split('/')
  return { name, argument: decoded(rest.join('/')) }
}

/** An address that somebody mistyped is no address. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return ''
    throw error
  }
}

/** Ids of what somebody looked at are not for the next one. */
export const forgetRoute = (): void => history.replaceState(null, '', location.pathname)
