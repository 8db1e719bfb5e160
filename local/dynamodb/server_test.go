package dynamodb

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

var results = Table{
	Name: "results", HashKey: "pk", RangeKey: "sk", TTL: "expires",
	Indexes: []Index{{Name: "gsi1", HashKey: "gsi1pk", RangeKey: "gsi1sk"}},
}

// each runs a test against both emulators.
func each(t *testing.T, test func(t *testing.T, s *Server)) {
	t.Run(dynoxide, func(t *testing.T) { test(t, startOrSkip(t, Options{})) })
	t.Run(minidyn, func(t *testing.T) { test(t, start(t, Options{InProcess: true})) })
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	o.Progress = t.Logf
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// cache is the one that the project itself uses.
var cache = filepath.Join("..", "..", ".build", "runtimes")

// dynoxideOrSkip returns the program.
func dynoxideOrSkip(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: may fetch " + dynoxide)
	}
	path, err := fetchDynoxide(t.Context(), Options{Cache: cache, Progress: t.Logf})
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: %s cannot be had here: %v", dynoxide, err)
	}
	return path
}

// startOrSkip starts dynoxide.
func startOrSkip(t *testing.T, o Options) *Server {
	t.Helper()
	dynoxideOrSkip(t)
	o.Cache = cache
	return start(t, o)
}

func item(pk, sk string, more ...string) map[string]types.AttributeValue {
	i := map[string]types.AttributeValue{}
	for k, v := range map[string]string{"pk": pk, "sk": sk} {
		i[k] = &types.AttributeValueMemberS{Value: v}
	}
	for j := 0; j+1 < len(more); j += 2 {
		i[more[j]] = &types.AttributeValueMemberS{Value: more[j+1]}
	}
	return i
}

func create(t *testing.T, s *Server, table Table) {
	t.Helper()
	if err := s.CreateTable(t.Context(), table); err != nil {
		t.Fatal(err)
	}
}

func TestTable(t *testing.T) {
	each(t, func(t *testing.T, s *Server) {
		create(t, s, results)
		create(t, s, results) // it is there already
		client := s.Client()
		for i := range 5 {
			in := item("RUN#a", fmt.Sprintf("SAMPLE#%d", i), "gsi1pk", "SERIES", "gsi1sk", fmt.Sprintf("2026#%d", i))
			if _, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &results.Name, Item: in}); err != nil {
				t.Fatal(err)
			}
		}
		out, err := client.Query(t.Context(), &sdk.QueryInput{
			TableName: &results.Name, IndexName: aws.String("gsi1"), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(2),
			KeyConditionExpression:    aws.String("gsi1pk = :p AND gsi1sk > :s"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":p": &types.AttributeValueMemberS{Value: "SERIES"}, ":s": &types.AttributeValueMemberS{Value: "2026#1"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range out.Items {
			got = append(got, i["sk"].(*types.AttributeValueMemberS).Value)
		}
		if want := []string{"SAMPLE#4", "SAMPLE#3"}; !slices.Equal(got, want) {
			t.Errorf("the two newest of the index are %v, want %v", got, want)
		}
	})
}

// TestChecksum wants the checksum that the SDK holds every answer to, good or bad.
func TestChecksum(t *testing.T) {
	each(t, func(t *testing.T, s *Server) {
		if err := s.CreateTable(t.Context(), results); err != nil {
			t.Fatal(err)
		}
		var warned logging.LoggerFunc = func(_ logging.Classification, format string, v ...any) { t.Errorf(format, v...) }
		client := sdk.New(s.Client().Options(), func(o *sdk.Options) { o.Logger = warned })
		if _, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: aws.String("results"), Item: item("a", "b")}); err != nil {
			t.Error(err)
		}
		if _, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: aws.String("lost"), Item: item("a", "b")}); err == nil {
			t.Error("an item was put into a table that does not exist")
		}
	})
}

func TestTableWithOtherKeysIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *Server) {
		create(t, s, results)
		other := results
		other.HashKey = "id"
		err := s.CreateTable(t.Context(), other)
		if err == nil || !strings.Contains(err.Error(), "pk") || !strings.Contains(err.Error(), "id") {
			t.Errorf("error %v, want one that names both keys", err)
		}
	})
}

// Exactly one of many that put the same key on condition that it is not there may succeed.
func TestConditionalWritersRace(t *testing.T) {
	each(t, func(t *testing.T, s *Server) {
		create(t, s, results)
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, err := s.Client().PutItem(t.Context(), &sdk.PutItemInput{
					TableName: &results.Name, Item: item("LEASE", "LEASE"), ConditionExpression: aws.String("attribute_not_exists(pk)"),
				})
				switch {
				case err == nil:
					won.Add(1)
				case !errors.As(err, new(*types.ConditionalCheckFailedException)):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d writers won, want 1", won.Load())
		}
	})
}

func TestItemSize(t *testing.T) {
	each(t, func(t *testing.T, s *Server) {
		if slices.Contains(s.Lacks, ItemSize) {
			t.Skipf("%s lacks %s", s.Name, ItemSize)
		}
		create(t, s, results)
		_, err := s.Client().PutItem(t.Context(), &sdk.PutItemInput{TableName: &results.Name, Item: item("a", "b", "data", strings.Repeat("x", 410_000))})
		if err == nil || !strings.Contains(err.Error(), "ValidationException") {
			t.Errorf("error %v, want a ValidationException", err)
		}
	})
}

func TestTimeToLive(t *testing.T) {
	each(t, func(t *testing.T, s *Server) {
		if slices.Contains(s.Lacks, TimeToLive) {
			t.Skipf("%s lacks %s", s.Name, TimeToLive)
		}
		create(t, s, results)
		out, err := s.Client().DescribeTimeToLive(t.Context(), &sdk.DescribeTimeToLiveInput{TableName: &results.Name})
		if err != nil {
			t.Fatal(err)
		}
		if d := out.TimeToLiveDescription; aws.ToString(d.AttributeName) != "expires" || d.TimeToLiveStatus != types.TimeToLiveStatusEnabled {
			t.Errorf("time to live is %v of %q", d.TimeToLiveStatus, aws.ToString(d.AttributeName))
		}
	})
}

// A file keeps the tables from one server to the next.
func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "made", "results.sqlite")
	first := startOrSkip(t, Options{File: file})
	create(t, first, results)
	if _, err := first.Client().PutItem(t.Context(), &sdk.PutItemInput{TableName: &results.Name, Item: item("a", "b")}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := startOrSkip(t, Options{File: file})
	create(t, second, results)
	out, err := second.Client().GetItem(t.Context(), &sdk.GetItemInput{TableName: &results.Name, Key: item("a", "b")})
	if err != nil || len(out.Item) != 2 {
		t.Errorf("item %v, %v", out, err)
	}
}

// Where nothing can be fetched the compiled-in server answers, and says what it lacks.
func TestFallback(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var said []string
	s, err := Start(t.Context(), Options{
		Cache: t.TempDir(), File: "results.sqlite",
		Progress: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Name != minidyn || !slices.Contains(s.Lacks, Persistence) {
		t.Errorf("got %s which lacks %v", s.Name, s.Lacks)
	}
	last := said[len(said)-1]
	for _, part := range []string{minidyn, string(TimeToLive), string(ItemSize), string(Persistence), "npm"} {
		if !strings.Contains(last, part) {
			t.Errorf("the progress says %q, want it to say %q", last, part)
		}
	}
	create(t, s, results)
}

// Requests reach the server through the handler as they do through its address.
func TestHandler(t *testing.T) {
	each(t, func(t *testing.T, s *Server) {
		create(t, s, results)
		front := httptest.NewServer(s.Handler)
		defer front.Close()
		client := sdk.New(sdk.Options{
			BaseEndpoint: &front.URL, Region: "eu-central-1",
			Credentials: credentials.NewStaticCredentialsProvider("function", "secret", "token"),
		})
		if _, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &results.Name, Item: item("a", "b")}); err != nil {
			t.Fatal(err)
		}
		_, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: aws.String("another"), Item: item("a", "b")})
		if !errors.As(err, new(*types.ResourceNotFoundException)) {
			t.Errorf("error %v, want a ResourceNotFoundException", err)
		}
	})
}

// A server that has gone is an error that SDKs know, not a hang.
func TestHandlerWithoutServer(t *testing.T) {
	s := startOrSkip(t, Options{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "InternalServerError") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// Where there is no network namespace the server still starts, on a port.
func TestWithoutGate(t *testing.T) {
	s, err := startOnPort(t.Context(), Options{}, dynoxideOrSkip(t))
	if err != nil {
		t.Fatal(err)
	}
	create(t, s, results)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// What the server says of its file is told apart from what waiting resolves.
func TestStorageFailures(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		status       int
		code         string
		unreadable   bool
	}{
		{"a full disk", `{"__type":"x#InternalServerError","message":"commit failed (backend: database or disk is full)"}`, 500, storageCode, false},
		{"a file that is no database", `{"__type":"x#InternalServerError","message":"backend: file is not a database"}`, 500, storageCode, true},
		{"a broken file", `{"__type":"x#InternalServerError","message":"backend: database disk image is malformed"}`, 500, storageCode, true},
		{"a lock", `{"__type":"x#InternalServerError","message":"backend: database is locked"}`, 500, "InternalServerError", false},
		{"an item that tells of a full disk", `{"__type":"x#ValidationException","message":"database or disk is full"}`, 400, "ValidationException", false},
		{"an item that tells of a broken file", `{"__type":"x#ValidationException","message":"file is not a database"}`, 400, "ValidationException", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(tt.status)
				w.Write([]byte(tt.answer))
			})
			s := &Server{Handler: passOn(inProcess{answer}, storage{"/data/x.sqlite"})}
			_, err := s.Client().ListTables(t.Context(), &sdk.ListTablesInput{}, func(o *sdk.Options) { o.Retryer = aws.NopRetryer{} })
			e, ok := errors.AsType[smithy.APIError](err)
			if !ok || e.ErrorCode() != tt.code || Unreadable(err) != tt.unreadable {
				t.Fatalf("%v; unreadable %v", err, Unreadable(err))
			}
			if tt.code == storageCode && !strings.Contains(err.Error(), "/data/x.sqlite") {
				t.Errorf("%v, want it to name the file", err)
			}
		})
	}
}

func TestDynoxidePackage(t *testing.T) {
	for _, row := range []struct {
		name, system, processor string
		pkg, program            string
	}{
		{"Linux", "linux", "amd64", "@dynoxide/linux-x64", "dynoxide"},
		{"Linux on arm", "linux", "arm64", "@dynoxide/linux-arm64", "dynoxide"},
		{"macOS", "darwin", "arm64", "@dynoxide/darwin-arm64", "dynoxide"},
		{"Windows", "windows", "amd64", "@dynoxide/win32-x64", "dynoxide.exe"},
		{"Windows on arm has none", "windows", "arm64", "", ""},
		{"FreeBSD has none", "freebsd", "amd64", "", ""},
		{"32 bit has none", "linux", "386", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			pkg, program, err := dynoxidePackage(row.system, row.processor)
			if pkg != row.pkg || program != row.program || (err == nil) != (row.pkg != "") {
				t.Errorf("%s, %s, %v; want %s, %s", pkg, program, err, row.pkg, row.program)
			}
		})
	}
}
