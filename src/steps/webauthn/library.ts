/**
 * The library that makes and verifies ceremonies, loaded when the first passkey is asked for: it takes a
 * fifth of a second, and whoever only reads the steps' declarations, as `sallyport check` does, needs none.
 */
export const loadWebAuthn = () => import('@simplewebauthn/server')
