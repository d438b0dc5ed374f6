// Package tests names what is built from this module, so that go.mod holds its requirements.
package tests

import (
	_ "k8s.io/kubernetes/test/e2e"
)
