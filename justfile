# List the recipes.
default:
    @{{just_executable()}} --list

# A synthetic county in a temporary ledger.
demo *args:
    go run ./cmd/ettervern demo {{args}}

# All tests.
test *args:
    go test {{args}} ./...

# Recording, import and rebuild, beside raw JetStream.
bench *args:
    go run ./cmd/bench {{args}}

# Formatting, vet, staticcheck, exhaustive switches.
lint:
    test -z "$(gofmt -l $(git ls-files '*.go'))"
    go vet ./...
    go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
    go run github.com/alecthomas/go-check-sumtype/cmd/go-check-sumtype@v0.3.1 ./...

# Do the pages agree with the code?
docs:
    go test ./docs/

# Write the pages that are made from the code.
describe:
    go run ./docs/generate
    go test ./cmd/ettervern -run Descriptions -write

# What the build server runs.
ci:
    .ci/run
