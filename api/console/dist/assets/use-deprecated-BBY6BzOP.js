import{b as e}from"./use-size-BiisY-nH.js";import{On as t,ln as n}from"./css-JIP_8Bvm.js";var r=({from:r,replacement:i,scope:a,version:o,ref:s,type:c=`API`},l)=>{n(()=>t(l),t=>{t&&e(a,`[${c}] ${r} is about to be deprecated in version ${o}, please use ${i} instead.
For more detail, please visit: ${s}
`)},{immediate:!0})};export{r as t};