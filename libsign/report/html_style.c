/* How the page looks: two sets of colours, each at least 4.5 to 1 against what it stands on
 * (WCAG 2.1, 1.4.3). */
#include "report/html.h"

const char *const html_style[] = {
    ":root{color-scheme:light dark;--paper:#f5f4f0;--sheet:#fff;--ink:#1b1f24;--soft:#565d66;--rule:#dbd8d0;"
    "--tint:#f3f2ee;--link:#1d4f91;--passed:#14613a;--failed:#a01520;--preliminary:#1d4f91;"
    "--indeterminate:#7a4b00;--intact:#4a4f57;--passed-bg:#eaf4ed;--failed-bg:#fbeceb;--preliminary-bg:#"
    "eaf1fa;"
    "--indeterminate-bg:#fbf2df;--intact-bg:#efeeea}",
    "@media (prefers-color-scheme:dark){:root{--paper:#111417;--sheet:#191d21;--ink:#e9e7e2;--soft:#a9b0b8;"
    "--rule:#343a41;--tint:#20252a;--link:#9cc3fb;--passed:#86d6a6;--failed:#ffa19b;--preliminary:#9cc3fb;"
    "--indeterminate:#f1c469;--intact:#c3c8ce;--passed-bg:#16271d;--failed-bg:#301a1a;--preliminary-bg:#"
    "17222f;"
    "--indeterminate-bg:#2b2414;--intact-bg:#22272c}}",
    "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}",
    "body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,\"Segoe "
    "UI\","
    "Roboto,\"Noto Sans\",\"Liberation Sans\",Arial,sans-serif;overflow-wrap:anywhere}",
    ".sheet{max-width:54rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}",
    "h1,h2,h3,h4,h5,h6{font-family:Charter,\"Bitstream Charter\",\"Source Serif 4\",Cambria,Georgia,"
    "\"Liberation Serif\",serif;font-weight:700;line-height:1.2;margin:0;text-wrap:balance}",
    "p{margin:0}a{color:var(--link);text-underline-offset:.15em}ul,ol,dl,dd,figure{margin:0;padding:0}",
    "small{font-weight:400}time,.t{white-space:nowrap}ul,ol{list-style:none}code,.mono{font-family:ui-"
    "monospace,SFMono-Regular,Menlo,Consolas,\"Liberation "
    "Mono\","
    "monospace;font-size:.86em}small,.soft{color:var(--soft);font-size:.875rem}time{font-variant-numeric:"
    "tabular-nums}",
    ":focus-visible{outline:2px solid var(--link);outline-offset:2px}",
    ".v-passed{--tone:var(--passed);--wash:var(--passed-bg)}.v-failed{--tone:var(--failed);--wash:"
    "var(--failed-bg)}.v-preliminary{--tone:var(--preliminary);--wash:var(--preliminary-bg)}.v-indeterminate"
    "{--tone:var(--indeterminate);--wash:var(--indeterminate-bg)}.v-intact,.v-none{--tone:var(--intact);"
    "--wash:var(--intact-bg)}",
    /* the verdict */
    ".verdict{background:var(--wash);border:1px solid var(--rule);border-top:.3rem solid var(--tone);padding:"
    "1.1rem 1.5rem 1.4rem;border-radius:.2rem}",
    ".kicker{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.1rem 1.5rem;color:var(--soft);"
    "font-size:.875rem;margin-bottom:1rem}",
    ".word{display:grid;grid-template-columns:auto minmax(0,1fr);gap:0 1.1rem;align-items:center}",
    ".word svg{width:3.6rem;height:3.6rem;color:var(--tone)}.word "
    "h1{color:var(--tone);font-size:clamp(1.5rem,"
    "5.4vw,2.5rem);letter-spacing:.01em}.word.long h1{font-size:clamp(1.15rem,3.4vw,1.6rem)}",
    ".doc{font-size:1.0625rem;font-weight:600}.lead{font-size:1.125rem;margin-top:1rem;max-width:44rem}",
    ".todo{margin-top:.5rem;max-width:44rem}.todo b,.warn "
    "b{font-weight:650}.warn{margin-top:.6rem;padding:.45rem "
    ".75rem;border-left:.2rem solid var(--indeterminate);background:var(--indeterminate-bg)}",
    /* facts */
    "dl.facts{margin:1.4rem 0 0;border-top:1px solid var(--rule)}",
    ".facts>div{display:grid;grid-template-columns:11.5rem minmax(0,1fr);gap:.1rem 1.25rem;padding:.5rem 0;"
    "border-bottom:1px solid var(--rule)}.facts dt{color:var(--soft)}.facts.tight>div{padding:.28rem 0;"
    "grid-template-columns:10.5rem minmax(0,1fr);font-size:.9375rem}.facts.tight{margin-top:.6rem}",
    /* the list of signatures */
    ".list{margin-top:2rem}.list h2{font-size:1.2rem;margin-bottom:.5rem}.list ol{border-top:1px solid "
    "var(--rule)}.list li{border-bottom:1px solid var(--rule)}",
    ".list a{display:grid;grid-template-columns:1.25rem minmax(0,1fr) 10.5rem 11rem;gap:.6rem;padding:.4rem "
    ".1rem;"
    "color:inherit;text-decoration:none;align-items:baseline}.list a:hover .who{text-decoration:underline}"
    ".list svg{width:1.05rem;height:1.05rem;color:var(--tone);align-self:center}.list "
    ".state{color:var(--tone);"
    "font-weight:650;font-size:.875rem}.list time{color:var(--soft);font-size:.875rem}.list "
    ".who{font-weight:600}",
    /* cards */
    ".card{background:var(--sheet);border:1px solid var(--rule);border-left:.3rem solid "
    "var(--tone);border-radius:"
    ".2rem;padding:1.2rem 1.5rem 1.3rem;margin-top:1.5rem}",
    ".card>header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:flex-start;gap:.4rem "
    "1.25rem}.card>header>div{min-width:0;flex:1 1 16rem}.card h2{font-size:1.45rem}.card .card h3,.card "
    ".card "
    "h4,.card .card h5{font-size:1.2rem}",
    ".badge{display:inline-flex;gap:.45rem;align-items:center;color:var(--tone);font-weight:700;font-size:."
    "9375rem;"
    "letter-spacing:.02em;background:var(--wash);padding:.25rem .65rem .25rem .5rem;border-radius:.2rem;"
    "max-width:100%}.badge svg{width:1.15rem;height:1.15rem;flex:none}",
    ".part{margin-top:1.3rem}.part>.h{font-size:1.02rem}",
    ".who-name{font-weight:650}dd>p+p,dd>p+ul{margin-top:.25rem}",
    /* messages */
    ".msg{padding:.15rem 0}.msg+.msg{margin-top:.45rem}.chip{font:650 .78rem/1.4 ui-monospace,Menlo,Consolas,"
    "\"Liberation Mono\",monospace;border:1px solid currentColor;border-radius:.2rem;padding:0 "
    ".35em;margin-right:"
    ".45em;color:var(--soft);white-space:nowrap}.chip.e{color:var(--failed)}.chip.w{color:var(--"
    "indeterminate)}",
    ".check{margin-top:.25rem;padding-left:.8rem;border-left:.15rem solid var(--rule);font-size:.9rem}"
    ".check span{color:var(--soft)}.next{margin-top:.25rem}",
    /* stamps, evidence, blocks */
    ".stamp{display:grid;grid-template-columns:1.25rem minmax(0,1fr);gap:0 .7rem;padding:.65rem "
    "0;border-top:1px "
    "solid var(--rule)}.stamp:first-of-type{margin-top:.5rem}.stamp>svg{width:1.15rem;height:1.15rem;color:"
    "var(--tone);margin-top:.2rem}.stamp .state{color:var(--tone);font-weight:650}",
    "details{border-top:1px solid "
    "var(--rule);margin-top:.9rem;padding-top:.6rem}details+details{margin-top:.6rem}"
    "dl.facts+details{border-top:0;margin-top:.3rem}summary{cursor:pointer;font-weight:600;color:var(--link)}"
    "summary::marker{color:var(--soft)}.stamp "
    "details"
    "{border:0;margin-top:.2rem;padding-top:.1rem}.stamp summary{font-weight:500;font-size:.9rem}",
    ".pieces li{padding:.3rem 0;border-top:1px solid var(--rule);font-size:.9375rem}.pieces li:first-child"
    "{border-top:0}",
    ".block{border:0;border-left:.15rem solid var(--tone);margin:.5rem 0 0;padding:.1rem 0 .1rem "
    ".8rem}.block+"
    ".block{margin-top:.5rem}.block>summary{color:inherit;font-weight:500}.block>summary b{font-weight:700}"
    ".block .state{color:var(--tone);font-weight:650}.block .facts{border-top:0;margin:.2rem 0}.block "
    "ul{margin:"
    ".3rem 0;font-size:.9rem}.block li{display:grid;grid-template-columns:6.2rem minmax(0,1fr);gap:.1rem "
    ".7rem;"
    "padding:.15rem 0}.s-failed{color:var(--failed);font-weight:650}.s-warned{color:var(--indeterminate);"
    "font-weight:650}.s-ok{color:var(--passed)}.s-informed,.s-ignored{color:var(--soft)}",
    /* life */
    ".life{margin-top:.8rem;padding:0 0 .7rem;border-bottom:1px solid var(--rule)}.life li:not([class])"
    "{--tone:var(--ink)}.life figcaption{font-size:.875rem;color:var(--soft);margin-bottom:.35rem}",
    ".life li{display:grid;grid-template-columns:11.5rem minmax(0,1fr) 11.5rem;gap:0 1rem;align-items:center;"
    "font-size:.875rem}.life li>svg{width:100%;height:1.6rem;display:block;overflow:visible}.life time,.life "
    ".span{text-align:right;font-variant-numeric:tabular-nums}.life .axis{stroke:var(--rule);stroke-width:1}"
    ".life .now{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}.life "
    ".bar{fill:var(--soft);opacity:.45}"
    ".life .mark{fill:var(--tone,var(--ink));stroke:var(--tone,var(--ink));stroke-width:1.8}.life .hollow"
    "{fill:var(--sheet)}.life .line{fill:none}",
    ".tree{margin-top:.4rem;padding-left:1rem;border-left:1px solid var(--rule)}.tree .card{margin-top:.8rem;"
    "padding:1rem 1.1rem}",
    "footer{margin-top:2.5rem;padding-top:.8rem;border-top:1px solid var(--rule);color:var(--soft);font-size:"
    ".875rem}footer p+p{margin-top:.2rem}",
    "@media (max-width:40rem){.sheet{padding:.75rem .75rem 2rem}.verdict,.card{padding:1rem}.facts>div,"
    ".facts.tight>div{grid-template-columns:minmax(0,1fr)}.word svg{width:2.6rem;height:2.6rem}.word{gap:0 "
    ".8rem}"
    ".list a{grid-template-columns:1.25rem minmax(0,1fr);gap:0 .6rem}.list .state,.list time{grid-column:2}"
    ".life li{grid-template-columns:minmax(0,1fr) auto}.life li>svg{grid-column:1/-1;grid-row:2}.life "
    ".now{display:none}.life time,"
    ".life .span{grid-column:2;grid-row:1}.block "
    "li{grid-template-columns:minmax(0,1fr)}.tree{padding-left:.4rem}}",
    "@media "
    "print{:root{--paper:#fff}.sheet{max-width:none;padding:0}.card,.verdict{break-inside:auto}.card>header,"
    ".stamp,.msg,.life li,.facts>div{break-inside:avoid}details::details-content{content-visibility:visible;"
    "display:block;height:auto}body{font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:"
    "exact}}",
    NULL};
