package api

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

const signatureHeader = "X-Noddfa-Signature"

// signedText is what a locked phone signs: five lines that bind the signature to this route, this body and these numbers.
func signedText(path string, sent []byte, first, last int64) string {
	sum := sha256.Sum256(sent)
	return strings.Join([]string{"noddfa-push/1", "POST", path, hex.EncodeToString(sum[:]), fmt.Sprintf("%d-%d", first, last)}, "\n")
}

// signed says whether signature (base64url of r and s, 32 bytes each) is key's over text; key is a raw P-256 point.
func signed(key []byte, signature, text string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || len(raw) != 64 {
		return false
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), key)
	if err != nil {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	return ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:]))
}

// seqRange finds the first and last device sequence of a hand-in, 0 and 0 when it holds no operations. Only the
// signature needs it; exchange reads the lines properly afterwards.
func seqRange(plain []byte) (first, last int64) {
	for line := range bytes.Lines(plain) {
		var op struct {
			K   string `json:"k"`
			Seq int64  `json:"seq"`
		}
		if json.Unmarshal(line, &op) != nil || op.K != "o" {
			continue
		}
		if first == 0 {
			first = op.Seq
		}
		last = op.Seq
	}
	return first, last
}
