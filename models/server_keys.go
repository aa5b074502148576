package models

// SealedKind says what a row keeps encrypted under a server key.
type SealedKind string

// What is kept encrypted.
const (
	SealedActivationCode SealedKind = "activation_code"
	SealedSecondStep     SealedKind = "second_step"
	SealedHashKey        SealedKind = "code_hash_key"
)

// CodeHashKey is the key that look-up hashes of activation codes are made with,
// encrypted under server key Key. There is one row, from the first rotation on.
type CodeHashKey struct {
	ID     int64
	Sealed []byte
	Key    int
}
