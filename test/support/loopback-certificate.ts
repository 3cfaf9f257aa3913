/** A key for `localhost` and its certificate, which nobody vouches for: it proves nothing outside of tests. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

export const loopbackKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgO6KGTKjeeB+4VGwq
OvmQ4IiD2aiOAP92b8i+WSaVHlKhRANCAAT9ryKMaFbTvpCZkgstTF6+efBw5gFG
MN9qLOuIdykvbkc6t4FRqDib/ixQmrj5zD54F7Cy/lR3LXhOhLQcVhhZ
-----END PRIVATE KEY-----
`

export const loopbackCertificate = `-----BEGIN CERTIFICATE-----
MIIBWzCCAQGgAwIBAgIUQvkrc1IQa78GyWnYxsTAZ0r3wTswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAx
MDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT9ryKMaFbTvpCZkgstTF6+efBw5gFGMN9qLOuIdykvbkc6t4FRqDib
/ixQmrj5zD54F7Cy/lR3LXhOhLQcVhhZoy8wLTAaBgNVHREEEzARgglsb2NhbGhv
c3SHBH8AAAEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA+dHL
cN54rwhkV/JHOLJedC8rjmy90ognyIHfUI8zY58CIEYg8hlia2EczUXXVUEloMei
D/GXvFDRG4erNNCYqfHB
-----END CERTIFICATE-----
`

/** Lets what this process calls be trusted by that certificate, until it is told otherwise. */
export function trustLoopback(): () => void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, loopbackCertificate])
  return () => setDefaultCACertificates(before)
}
