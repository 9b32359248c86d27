CREATE TABLE vouchers (
  code TEXT PRIMARY KEY,
  campaign_id INTEGER REFERENCES campaigns (id),
  percent INTEGER NOT NULL
);

CREATE INDEX vouchers_by_campaign ON vouchers (campaign_id);

CREATE TABLE voucher_uses (
  code TEXT NOT NULL,
  user_id TEXT NOT NULL,
  used_at TEXT NOT NULL,
  PRIMARY KEY (code, user_id),
  FOREIGN KEY (code) REFERENCES vouchers (code)
) WITHOUT ROWID;
