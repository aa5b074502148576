package histories_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/todoke/todoke/test/histories"
	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/temporalproto"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// canary is planted wherever a history can hold something.
const canary = "カナリア株式会社"

func payload(t *testing.T, value any) *commonpb.Payload {
	t.Helper()
	p, err := converter.GetDefaultDataConverter().ToPayload(value)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func payloads(t *testing.T, values ...any) *commonpb.Payloads {
	t.Helper()
	all := &commonpb.Payloads{}
	for _, v := range values {
		all.Payloads = append(all.Payloads, payload(t, v))
	}
	return all
}

// escaped is JSON in which nothing but ASCII stands.
func escaped(text string) *commonpb.Payload {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return &commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)},
		Data:     []byte(`{"Deep":[{"Down":"` + b.String() + `"}]}`),
	}
}

func failedActivity(f *failurepb.Failure) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventId: 7, Attributes: &historypb.HistoryEvent_ActivityTaskFailedEventAttributes{
		ActivityTaskFailedEventAttributes: &historypb.ActivityTaskFailedEventAttributes{Failure: f},
	}}
}

func startedWorkflow(a *historypb.WorkflowExecutionStartedEventAttributes) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventId: 7, Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
		WorkflowExecutionStartedEventAttributes: a,
	}}
}

// places are events with the canary in one place each.
func places(t *testing.T) map[string]*historypb.HistoryEvent {
	t.Helper()
	type started = historypb.WorkflowExecutionStartedEventAttributes
	type failure = failurepb.Failure
	packed, err := anypb.New(wrapperspb.String(canary))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*historypb.HistoryEvent{
		"input":                startedWorkflow(&started{Input: payloads(t, 1, canary)}),
		"struct":               startedWorkflow(&started{Input: payloads(t, struct{ Name string }{canary})}),
		"map key":              startedWorkflow(&started{Input: payloads(t, map[string]int{canary: 1})}),
		"deep, escaped":        startedWorkflow(&started{Input: &commonpb.Payloads{Payloads: []*commonpb.Payload{escaped(canary)}}}),
		"bytes":                startedWorkflow(&started{Input: payloads(t, []byte("to "+canary))}),
		"bytes in JSON":        startedWorkflow(&started{Input: payloads(t, struct{ Raw []byte }{[]byte(canary)})}),
		"protobuf":             startedWorkflow(&started{Input: payloads(t, wrapperspb.String(canary))}),
		"payload metadata":     startedWorkflow(&started{Input: &commonpb.Payloads{Payloads: []*commonpb.Payload{{Metadata: map[string][]byte{"to": []byte(canary)}}}}}),
		"header":               startedWorkflow(&started{Header: &commonpb.Header{Fields: map[string]*commonpb.Payload{"to": payload(t, canary)}}}),
		"header key":           startedWorkflow(&started{Header: &commonpb.Header{Fields: map[string]*commonpb.Payload{canary: payload(t, 1)}}}),
		"memo":                 startedWorkflow(&started{Memo: &commonpb.Memo{Fields: map[string]*commonpb.Payload{"to": payload(t, canary)}}}),
		"search attribute":     startedWorkflow(&started{SearchAttributes: &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{"to": payload(t, canary)}}}),
		"workflow ID":          startedWorkflow(&started{WorkflowId: "order/" + canary}),
		"identity":             startedWorkflow(&started{Identity: canary}),
		"task queue":           startedWorkflow(&started{TaskQueue: &taskqueuepb.TaskQueue{Name: canary}}),
		"failure before":       startedWorkflow(&started{ContinuedFailure: &failure{Message: canary}}),
		"failure message":      failedActivity(&failure{Message: "not found: " + canary}),
		"stack trace":          failedActivity(&failure{StackTrace: "main.go:1\n" + canary}),
		"cause":                failedActivity(&failure{Cause: &failure{Cause: &failure{Message: canary}}}),
		"encoded attributes":   failedActivity(&failure{EncodedAttributes: payload(t, map[string]string{"message": canary})}),
		"error type":           failedActivity(&failure{FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: canary}}}),
		"error details":        failedActivity(&failure{FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Details: payloads(t, canary)}}}),
		"cancellation details": failedActivity(&failure{FailureInfo: &failurepb.Failure_CanceledFailureInfo{CanceledFailureInfo: &failurepb.CanceledFailureInfo{Details: payloads(t, canary)}}}),
		"last heartbeat":       failedActivity(&failure{FailureInfo: &failurepb.Failure_TimeoutFailureInfo{TimeoutFailureInfo: &failurepb.TimeoutFailureInfo{LastHeartbeatDetails: payloads(t, canary)}}}),
		"summary":              {EventId: 7, UserMetadata: &sdkpb.UserMetadata{Summary: payload(t, canary)}},
		"details":              {EventId: 7, UserMetadata: &sdkpb.UserMetadata{Details: payload(t, canary)}},
		"marker of a local activity": {EventId: 7, Attributes: &historypb.HistoryEvent_MarkerRecordedEventAttributes{
			MarkerRecordedEventAttributes: &historypb.MarkerRecordedEventAttributes{Details: map[string]*commonpb.Payloads{"result": payloads(t, canary)}},
		}},
		"signal": {EventId: 7, Attributes: &historypb.HistoryEvent_WorkflowExecutionSignaledEventAttributes{
			WorkflowExecutionSignaledEventAttributes: &historypb.WorkflowExecutionSignaledEventAttributes{Input: payloads(t, canary)},
		}},
		"packed in an Any": {EventId: 7, Attributes: &historypb.HistoryEvent_WorkflowExecutionUpdateAcceptedEventAttributes{
			WorkflowExecutionUpdateAcceptedEventAttributes: &historypb.WorkflowExecutionUpdateAcceptedEventAttributes{ProtocolInstanceId: packed.String()},
		}},
	}
}

// TestCanaryIsFoundEverywhere plants the canary in one place at a time: in an
// event made here, and in the same event as Temporal's JSON gives it.
func TestCanaryIsFoundEverywhere(t *testing.T) {
	t.Parallel()
	for place, event := range places(t) {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			wantFound(t, histories.History{WorkflowID: "order/ORDC0000001", Events: []*historypb.HistoryEvent{event}}, 7)

			text, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(&historypb.History{Events: []*historypb.HistoryEvent{event}})
			if err != nil {
				t.Fatal(err)
			}
			read, err := histories.Read("order/ORDC0000001", bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			wantFound(t, read, 7)
		})
	}
}

func wantFound(t *testing.T, h histories.History, event int64) {
	t.Helper()
	// In lower case and half width, as somebody may have typed the word.
	found := histories.Scan([]histories.History{h}, []string{"nobody", " ｶﾅﾘｱ株式会社 ", ""})
	if len(found) == 0 {
		t.Fatal("the canary is not found")
	}
	for _, f := range found {
		if f.WorkflowID != h.WorkflowID || f.EventID != event || f.Place == "" || f.Word == "nobody" {
			t.Errorf("found is %+v", f)
		}
		if !strings.Contains(f.String(), f.Place) {
			t.Errorf("it says %q", f)
		}
	}
	if clean := histories.Scan([]histories.History{h}, []string{"nobody"}); len(clean) != 0 {
		t.Errorf("what is not there is found: %v", clean)
	}
}

// TestDescriptionIsScanned plants the canary in what Temporal tells beside the events.
func TestDescriptionIsScanned(t *testing.T) {
	t.Parallel()
	type answer = workflowservice.DescribeWorkflowExecutionResponse
	for place, d := range map[string]*answer{
		"heartbeat":    {PendingActivities: []*workflowpb.PendingActivityInfo{{HeartbeatDetails: payloads(t, 1, canary)}}},
		"last failure": {PendingActivities: []*workflowpb.PendingActivityInfo{{LastFailure: &failurepb.Failure{Message: canary}}}},
		"memo": {WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
			Memo: &commonpb.Memo{Fields: map[string]*commonpb.Payload{"to": payload(t, canary)}},
		}},
		"summary": {ExecutionConfig: &workflowpb.WorkflowExecutionConfig{UserMetadata: &sdkpb.UserMetadata{Summary: payload(t, canary)}}},
	} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			wantFound(t, histories.History{WorkflowID: "order/ORDC0000001", Description: d}, 0)
		})
	}
}

// TestUnreadablePayloadIsAFinding cannot look into what is encrypted or compressed.
func TestUnreadablePayloadIsAFinding(t *testing.T) {
	t.Parallel()
	sealed := &commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte("binary/encrypted")}, Data: []byte("xyz"),
	}
	event := startedWorkflow(&historypb.WorkflowExecutionStartedEventAttributes{Input: &commonpb.Payloads{Payloads: []*commonpb.Payload{sealed}}})
	found := histories.Scan([]histories.History{{Events: []*historypb.HistoryEvent{event}}}, nil)
	if len(found) != 1 || found[0].Word != "" || !strings.Contains(found[0].String(), "cannot be read") {
		t.Errorf("found is %v", found)
	}
}

func TestReadRefusesWhatIsNoHistory(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "[]", `{"events":[{"eventId":"x"}]}`, `{"nothing":1}`} {
		if h, err := histories.Read("broken", strings.NewReader(text)); err == nil {
			t.Errorf("%q is read as %+v", text, h)
		}
	}
	if _, err := histories.ReadFile(t.TempDir() + "/none.json"); err == nil {
		t.Error("a file that is not there is read")
	}
}
