package api

import (
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

// examples of the documentation. They name a product that the vendor sells and
// days that are not over, so that they can be sent as they stand; a test does.
type examples struct {
	application       ApplicationRequest
	filed             ApplicationFiled
	applicationAnswer ApplicationAnswer
	applicationList   ApplicationList
	order             OrderRequest
	taken             OrderTaken
	orderAnswer       OrderAnswer
	orderList         OrderList
	reapply           ReapplyRequest
	replace           ReplaceRequest
	cancel            CancelRequest
	decided           OrderTaken
	cancelled         OrderTaken
	resend            ResendRequest
	resendTaken       ResendTaken
	resendAnswer      ResendAnswer
	products          []Product
}

const (
	exampleReceipt = "7K2M9QX4HT6B1RW8Z3PD5CV2"
	exampleNumber  = "ORDC4830217"
	examplePO      = "PO-2026-11873"
)

func newExamples(catalogue *models.Catalogue, today models.Date) examples {
	at := today.Start().Add(10 * time.Hour).UTC()
	product := exampleProduct(catalogue)
	var e examples
	e.fillApplications(at, today)
	e.fillOrders(at, today, product)
	e.fillResends(at)
	e.products = []Product{{
		Code: product.Code, Name: product.Names.EN, Family: product.Family, FamilyName: familyName(catalogue, product, models.English),
		Credits: product.Credits, ApplicationAccepted: product.ApplicationAccepted,
	}}
	return e
}

// exampleProduct is the first of the catalogue that the example application fits.
func exampleProduct(catalogue *models.Catalogue) models.Product {
	for _, p := range catalogue.Products() {
		if p.ApplicationAccepted && !p.Credits {
			return p
		}
	}
	return models.Product{Code: "PRODUCT", Names: models.Text{JA: "商品", EN: "Product"}, MinimumQuantity: 1}
}

func (e *examples) fillApplications(at time.Time, today models.Date) {
	client := EndUser{
		CompanyName: "株式会社みなと精機", CompanyNameKana: "ミナトセイキ", Department: "情報システム部",
		PostalCode: "108-0023", Prefecture: "東京都", City: "港区", Street: "芝浦3-4-1",
		Phone: "03-5555-0100", Fax: "03-5555-0101", PersonName: "中村 遥", PersonNameKana: "ナカムラ ハルカ",
		Email: "nakamura@minato-seiki.example",
	}
	seller := Seller{PartnerCode: "AB12CD34", EndUser: EndUser{
		CompanyName: "北斗システム販売株式会社", CompanyNameKana: "ホクトシステムハンバイ",
		PostalCode: "060-0001", Prefecture: "北海道", City: "札幌市中央区", Street: "北一条西2-1",
		Phone: "011-555-0120", PersonName: "佐伯 亮", PersonNameKana: "サエキ リョウ", Email: "saeki@hokuto-systems.example",
	}}
	wish := ContractWish{
		StartMonth: today.FirstOfMonth().AddMonths(1).String()[:len("2006-01")], Months: 12,
		DeliveryEmail: "license@minato-seiki.example",
	}
	same, sameDealer := SupportContact{SameAs: string(models.BlockEndUser)}, Dealer{SameAs: string(models.BlockReseller)}
	e.application = ApplicationRequest{
		OrderType: string(models.OrderTypeNew), EndUser: client, SupportContact: same,
		Reseller: seller, Dealer: sameDealer, Contract: wish, Consent: true,
	}
	e.filed = ApplicationFiled{
		ReceiptNumber: exampleReceipt, OrderType: string(models.OrderTypeNew), Status: string(models.ApplicationOpen), CreatedAt: at,
	}
	e.applicationAnswer = ApplicationAnswer{
		ApplicationFiled: e.filed, EndUser: client, SupportContact: same, Reseller: seller, Dealer: sameDealer, Contract: wish,
	}
	e.applicationList = ApplicationList{Applications: []ApplicationAnswer{e.applicationAnswer}, NextCursor: "MTIz"}
}

func (e *examples) fillOrders(at time.Time, today models.Date, product models.Product) {
	later, price := at.Add(2*time.Minute), int64(4800)
	kind, quantity := string(models.LineNew), max(product.MinimumQuantity, 25)
	line := LineRequest{ProductCode: product.Code, Kind: kind, Quantity: quantity, Months: 12, UnitPrice: &price}
	e.order = OrderRequest{
		ReceiptNumber: exampleReceipt, PONumber: examplePO, OrderType: string(models.OrderTypeNew), OrderDate: today.String(),
		Lines: []LineRequest{line},
	}
	e.reapply = ReapplyRequest{ReceiptNumber: exampleReceipt}
	e.replace = ReplaceRequest{PONumber: examplePO, OrderType: string(models.OrderTypeNew), Lines: []LineRequest{line}}
	e.cancel = CancelRequest{Reason: "The customer withdrew the order."}
	e.taken = OrderTaken{OrderNumber: exampleNumber, Status: string(models.OrderReceived)}
	e.decided = OrderTaken{OrderNumber: exampleNumber, Status: string(models.OrderChecking)}
	e.cancelled = OrderTaken{OrderNumber: exampleNumber, Status: string(models.OrderCancelled)}
	summary := OrderSummary{
		OrderTaken: OrderTaken{OrderNumber: exampleNumber, Status: string(models.OrderSentBack)}, PONumber: examplePO,
		OrderType: string(models.OrderTypeNew), OrderDate: today.String(), CreatedAt: at, UpdatedAt: later,
	}
	e.orderList = OrderList{Orders: []OrderSummary{summary}, NextCursor: "NDU2"}
	sendBack := models.SendBack{OpenedAt: later, Reasons: []models.Reason{{
		Code: models.ReasonTerm, ApplicationValue: "12", OrderValue: "36",
	}}}
	e.orderAnswer = OrderAnswer{
		OrderSummary: summary, WaitingFor: string(models.WaitingForReseller), WaitingSince: &later,
		Lines:     []LineAnswer{{ProductCode: product.Code, Kind: kind, Quantity: quantity, Months: 36, UnitPrice: price}},
		SendBacks: []SendBackAnswer{sendBackAnswer(models.Order{}, sendBack, models.English)}, LicenseIDs: []string{}, Holdings: []HoldingAnswer{},
		Timeline: []EventAnswer{
			{At: at, Event: "entered", By: "reseller", Text: texts.T(models.English, "api.event.entered")},
			{At: later, Event: "sent_back", By: "system", Text: texts.T(models.English, "api.event.sent_back")},
		},
	}
}

func (e *examples) fillResends(at time.Time) {
	e.resend = ResendRequest{Reason: "The ID mail was filed as spam and deleted."}
	e.resendTaken = ResendTaken{ResendNumber: "RS4471902", DeliveryNumber: "SHPC7730164", Status: string(models.ResendReceived)}
	done := at.Add(time.Minute)
	e.resendAnswer = ResendAnswer{
		ResendTaken: e.resendTaken, Reason: e.resend.Reason, DueAt: at.Add(3 * 24 * time.Hour), Messages: []ResendMessage{},
		CreatedAt: at, UpdatedAt: done, ClosedAt: &done,
	}
	e.resendAnswer.Status = string(models.ResendSent)
}
