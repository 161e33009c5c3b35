/** A certificate with an ECDSA P-256 key, as an authority may issue; made with `openssl req -x509`. No node has such a key. */
export const EC_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUFZjvPG1ACYPgYBWmvWoz3vbHtVowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJcHVibGlzaGVyMCAXDTI2MTEyMzE0MDA0NFoYDzIxMjYxMDMw
MTQwMDQ0WjAUMRIwEAYDVQQDDAlwdWJsaXNoZXIwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATrE7L3AkmIKSIghGvdkSAcJTNWndhZJCrD01fvsFVe1kqcJj2p7Zys
lWVq8dg5qjGwSYrSVRV1rAkEogznT4Aio1MwUTAdBgNVHQ4EFgQUUTvDnD7KX/eJ
bnooMDN4a9Wz170wHwYDVR0jBBgwFoAUUTvDnD7KX/eJbnooMDN4a9Wz170wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiB4T1Izzr359bo8sNkoghC9
xh6nsIm+YsNr7+NhafbrWAIhAOCoeFlUsnU6Bl5HQibu1h3qhgC/u3BWJovzYBY5
OYbA
-----END CERTIFICATE-----
`;

/** Its private key: of no use but in these tests. */
export const EC_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFEsdsKtuEA24EK30
z3yPYtbsJHNpFtNiSwyH879sY++hRANCAATrE7L3AkmIKSIghGvdkSAcJTNWndhZ
JCrD01fvsFVe1kqcJj2p7ZyslWVq8dg5qjGwSYrSVRV1rAkEogznT4Ai
-----END PRIVATE KEY-----
`;
