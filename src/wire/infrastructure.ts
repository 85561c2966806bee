/** Something between the application and the browser that sets cookies of its own. */
export interface Infrastructure {
  /** As a reader calls it: `AWS's load balancer`. */
  readonly title: string;
  /** Where these names are documented. */
  readonly docs: string;
  readonly names: RegExp;
}

/** Names that are documented or widely recorded; each is a name that applications do not choose by accident. */
const known: readonly Infrastructure[] = [
  {
    title: "AWS's application load balancer",
    docs: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/sticky-sessions.html",
    names: /^AWSALB(?:CORS|TG|TGCORS|APP-\d)?$/,
  },
  {
    title: "AWS's classic load balancer",
    docs: "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-sticky-sessions.html",
    names: /^AWSELB(?:CORS)?$/,
  },
  {
    title: "Cloudflare",
    docs: "https://developers.cloudflare.com/fundamentals/reference/policies-compliances/cloudflare-cookies/",
    names: /^(?:__cf_bm|cf_clearance|__cflb|__cfruid|_cfuvid|__cfseq|__cfwaitingroom|cf_ob_info|cf_use_ob)$/,
  },
  {
    title: "Azure App Service",
    docs: "https://techcommunity.microsoft.com/blog/appsonazureblog/configure-arraffinity-cookie-when-accessing-azure-app-service-behind-azure-appli/3842511",
    names: /^ARRAffinity(?:SameSite)?$/,
  },
  {
    title: "Azure Application Gateway",
    docs: "https://learn.microsoft.com/en-us/azure/application-gateway/configuration-http-settings",
    names: /^ApplicationGatewayAffinity(?:CORS)?$/,
  },
  {
    title: "Azure Front Door",
    docs: "https://learn.microsoft.com/en-us/azure/frontdoor/routing-methods",
    names: /^ASLBSA(?:CORS)?$/,
  },
  { title: "F5 BIG-IP", docs: "https://my.f5.com/manage/s/article/K6917", names: /^BIGipServer/ },
  {
    title: "Imperva",
    docs: "https://www.consentstack.io/vendors/imperva",
    names: /^(?:incap_ses_|visid_incap_|nlbi_)\d/,
  },
  {
    title: "NetScaler",
    docs: "https://docs.netscaler.com/en-us/citrix-adc/current-release/load-balancing/load-balancing-persistence/http-cookie-persistence.html",
    names: /^NSC_/,
  },
  {
    title: "ingress-nginx",
    docs: "https://kubernetes.github.io/ingress-nginx/examples/affinity/cookie/",
    names: /^INGRESSCOOKIE$/,
  },
  {
    title: "Heroku's router",
    docs: "https://devcenter.heroku.com/articles/session-affinity",
    names: /^heroku-session-affinity$/,
  },
  {
    title: "Google Cloud's load balancer",
    docs: "https://cloud.google.com/load-balancing/docs/backend-service#session_affinity",
    names: /^GCLB$/,
  },
];

/** What sets cookies of this name in front of applications, if any is known to. */
export function infrastructureOf(name: string): Infrastructure | undefined {
  return known.find(({ names }) => names.test(name));
}
